"""The methods of classification, a file each, behind one small interface."""
