"""The parts of a DataLandingZone's spec and status, a module for each that people think of as one thing."""
