"""Where a log comes from: files, workbooks, databases, frames, object storage."""
