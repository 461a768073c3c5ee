"""The SOAP face of DRS, on Spyne: reads envelopes, calls the scheduler, writes what Apache CXF would write."""
