"""Tables from strangers: CSV, TSV, XLSX and JSON Lines, understood and checked."""
