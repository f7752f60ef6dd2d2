"""Would this passenger survive? What the page of spaces/predict shows, from answer to panel."""
