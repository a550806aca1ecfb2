//go:build unix && !linux

package main

// rssUnit is the unit of ru_maxrss in bytes (getrusage(2) of macOS).
const rssUnit = 1
