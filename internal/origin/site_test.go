package origin

import (
	"fmt"
	"sync"
	"testing"
)

// What is kept of sites is what is computed, and is bounded, whoever asks at the same time.
func TestSitesAreKept(t *testing.T) {
	var wg sync.WaitGroup
	for worker := range 4 {
		wg.Go(func() {
			for i := range 3 * mostSites {
				o := fmt.Sprintf("https://h%d.example%d.co.uk:8443", i%7, (i*worker)%(2*mostSites))
				if got, want := Site(o), siteOf(o); got != want {
					t.Errorf("the site of %s is %s, want %s", o, got, want)
				}
			}
		})
	}
	wg.Wait()
	if len(sites.of) == 0 || len(sites.of) > mostSites {
		t.Errorf("%d sites are kept, want at most %d", len(sites.of), mostSites)
	}
}
