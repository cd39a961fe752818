package browser

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
)

// EnvPath is the environment variable that names the browser to use.
const EnvPath = "CORSPROOF_CHROME"

// Find gives the path of the browser to use: path itself if it is not empty,
// else what EnvPath says, else the first of the usual names and places. The
// error is a *MissingError.
func Find(path string) (string, error) {
	candidates := places()
	if env := os.Getenv(EnvPath); env != "" {
		candidates = []string{env} // and no other
	}
	if path != "" {
		candidates = []string{path}
	}
	for _, name := range candidates {
		if found, err := exec.LookPath(name); err == nil {
			return found, nil
		}
	}
	return "", &MissingError{Tried: candidates}
}

// places are the names and paths tried, in order.
func places() []string {
	names := []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "headless-shell"}
	switch runtime.GOOS {
	case "darwin":
		for _, dir := range []string{"/Applications", filepath.Join(os.Getenv("HOME"), "Applications")} {
			names = append(names,
				filepath.Join(dir, "Chromium.app/Contents/MacOS/Chromium"),
				filepath.Join(dir, "Google Chrome.app/Contents/MacOS/Google Chrome"))
		}
	case "windows":
		for _, dir := range []string{os.Getenv("ProgramFiles"), os.Getenv("ProgramFiles(x86)"), os.Getenv("LocalAppData")} {
			names = append(names,
				filepath.Join(dir, `Google\Chrome\Application\chrome.exe`),
				filepath.Join(dir, `Chromium\Application\chrome.exe`))
		}
	default:
		names = append(names, "/usr/bin/chromium", "/usr/bin/google-chrome", "/opt/google/chrome/chrome", "/snap/bin/chromium", "/usr/lib/chromium/chromium")
	}
	return names
}
