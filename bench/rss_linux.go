package main

// rssUnit is the unit of ru_maxrss in bytes (getrusage(2)).
const rssUnit = 1024
