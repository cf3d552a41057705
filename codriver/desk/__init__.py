"""The desk: a page in a browser of the same computer, where a crew writes into its roadbook the evening before."""
