// Prints the installed version of the first package that is named, and the other
// packages' in brackets, as npm knows them: "2.8.6 (express 5.3.0)".
import { execFileSync } from 'node:child_process'

const [name, ...others] = process.argv.slice(2)
const tree = execFileSync('npm', ['ls', '--depth=0', '--json'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
const { dependencies } = JSON.parse(tree)
const rest = others.map((other) => `${other} ${dependencies[other].version}`).join(', ')
console.log(dependencies[name].version + (rest && ` (${rest})`))
