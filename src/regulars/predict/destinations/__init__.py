"""Where scores go: a file, a folder with a file for each cutoff, or a table in a database."""

from regulars.predict.destinations.chosen import destination_of
from regulars.predict.destinations.destination import Destination, Placed
from regulars.predict.destinations.table_file import TableFile

__all__ = ["Destination", "Placed", "TableFile", "destination_of"]
