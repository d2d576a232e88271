"""`earmark classify --watch`: waits for files in a folder, and listens to each."""
