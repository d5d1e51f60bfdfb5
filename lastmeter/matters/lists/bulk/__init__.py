"""批量处理: one act on up to ten thousand matters, looked at before, carried out in pieces, undone exactly."""
