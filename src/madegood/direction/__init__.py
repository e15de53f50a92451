"""What next: forecast, diagnosis, the course."""
