"""Here it is: Reading -> terminal, report, JSON, SARIF."""
