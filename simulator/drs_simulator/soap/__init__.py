"""The SOAP gateway: envelopes, types, operations, faults and the WSDL."""
