"""The clients of both APIs: records in and out as plain dicts, errors as `sync.errors` draws them."""
