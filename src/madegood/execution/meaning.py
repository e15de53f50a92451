"""What texts mean, as vectors of a sentence model that stands in a folder of the user's: an extra, off by default.

    match: models/minilm        # in madegood.yml; the folder holds model.onnx and tokenizer.json

Any sentence model in ONNX fits whose inputs are `input_ids` and `attention_mask` (and `token_type_ids`, where it has
them); its last hidden state is averaged over the words of a text (Reimers and Gurevych, Sentence-BERT, EMNLP 2019,
section 3), unless it gives one vector a text. The model runs here, and nothing is fetched. Vectors are kept in target/,
so that each text is read once.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol
from zipfile import BadZipFile

import numpy as np

from madegood.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

FILES = ("model.onnx", "tokenizer.json")
LONGEST = 128  # tokens: titles are shorter; what is longer is cut
AT_ONCE = 64  # texts in one batch, of about one length
SAVED = 2048  # texts after which what is known is written down, so that Ctrl-C loses a minute at most
KEY = 16  # bytes of a text's digest

Encoder = Any  # (texts) -> (n, d) array; what `Session` is, and a test's stand-in


class Meaning(Protocol):
    """Texts as vectors of length 1, (n, d)."""

    def __call__(self, texts: Sequence[str]) -> NDArray[Any]: ...


def meaning(root: Path, match: str, tell: Callable[[str], None] = lambda _: None) -> Meaning | None:
    """The model that a project names under `match:`; None where it names none. Raises SourceError: what is missing."""
    if not match:
        return None
    folder = Path(root, Path(match).expanduser())
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise SourceError(
            f"`match: {match}` is no folder with {' and '.join(FILES)} (missing: {', '.join(missing)})."
            " Put a sentence model in ONNX there, or take `match:` out"
        )
    stamp = hashlib.sha256(b"".join(_stamp(folder / name) for name in FILES)).hexdigest()[:KEY]
    return Kept(Path(root, "target", f"meaning-{stamp}.npz"), lambda: Session(folder), tell)


def _stamp(path: Path) -> bytes:
    """What changes when a file does."""
    known = path.stat()
    return f"{path.name} {known.st_size} {known.st_mtime_ns}".encode()


class Kept:
    """A model whose answers are written down: each text is asked about once."""

    def __init__(self, path: Path, opened: Callable[[], Encoder], tell: Callable[[str], None] = lambda _: None) -> None:
        self._path, self._opened, self._tell = path, opened, tell
        self._known: dict[bytes, NDArray[Any]] = {}
        try:
            with np.load(path) as read:
                keys, vectors = read["keys"].tobytes(), read["vectors"]
            self._known = {keys[i * KEY : (i + 1) * KEY]: vector for i, vector in enumerate(vectors)}
        except (OSError, ValueError, KeyError, EOFError, BadZipFile):
            pass  # never made, or damaged: made anew

    def __call__(self, texts: Sequence[str]) -> NDArray[Any]:
        keys = [hashlib.sha256(text.encode("utf-8", "replace")).digest()[:KEY] for text in texts]
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in self._known}
        if new:
            self._read(sorted(new.items(), key=lambda one: len(one[1])))
        return np.stack([self._known[key] for key in keys]).astype(float) if keys else np.zeros((0, 1))

    def _read(self, new: list[tuple[bytes, str]]) -> None:
        encode = self._opened()
        for first in range(0, len(new), AT_ONCE):
            batch = new[first : first + AT_ONCE]
            vectors = np.asarray(encode([text for _, text in batch]), dtype=float)
            vectors /= np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)
            self._known |= {key: vector for (key, _), vector in zip(batch, vectors.astype(np.float16), strict=True)}
            done = first + len(batch)
            if done % SAVED < AT_ONCE or done == len(new):
                self._save()
                self._tell(f"reading what titles mean: {done:,} of {len(new):,}")

    def _save(self) -> None:
        """Everything that is known, whole or not at all."""
        new = self._path.with_suffix(".new.npz")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            keys = np.frombuffer(b"".join(self._known), dtype=np.uint8)
            np.savez(new, keys=keys, vectors=np.stack(list(self._known.values())))
            new.replace(self._path)
        except OSError:
            pass  # not kept: the next time reads it again


class Session:
    """A sentence model in ONNX, run on the processor."""

    def __init__(self, folder: Path) -> None:
        try:
            import onnxruntime  # type: ignore[import-not-found, unused-ignore]
            from tokenizers import Tokenizer  # type: ignore[import-not-found, unused-ignore]
        except ImportError:
            what = "`match:` needs what runs a sentence model, and that is not installed"
            raise SourceError(f'{what}. Install it: pip install "madegood[match]", or take `match:` out') from None
        try:
            self._words = Tokenizer.from_file(str(folder / "tokenizer.json"))
            self._model = onnxruntime.InferenceSession(str(folder / "model.onnx"), providers=["CPUExecutionProvider"])
        except Exception as error:
            said = " ".join(str(error).split())[:120].replace(". ", "; ")
            what = f"the model in {folder} cannot be opened: {said}"
            raise SourceError(f"{what}. Put a sentence model in ONNX there, or take `match:` out") from None
        self._words.enable_truncation(LONGEST)
        self._words.enable_padding()
        self._names = {one.name for one in self._model.get_inputs()}

    def __call__(self, texts: Sequence[str]) -> NDArray[Any]:
        read = self._words.encode_batch(list(texts))
        ids, mask = (np.array([getattr(one, name) for one in read], np.int64) for name in ("ids", "attention_mask"))
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        out = self._model.run(None, {name: value for name, value in given.items() if name in self._names})[0]
        if out.ndim == 2:
            return np.asarray(out)
        return np.asarray((out * mask[..., None]).sum(axis=1) / np.maximum(mask.sum(axis=1, keepdims=True), 1))
