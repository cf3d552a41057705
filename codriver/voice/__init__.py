"""What the crew hears: words rendered ahead, and a queue that knows when to drop."""
