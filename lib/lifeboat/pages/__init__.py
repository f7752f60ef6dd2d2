"""What the two Spaces show, apart from their layout: pure functions from data to answers, panels and charts."""
