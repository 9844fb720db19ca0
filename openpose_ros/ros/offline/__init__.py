"""The program `bag`: every image of a recording through the node's own pipeline, into a new one."""
