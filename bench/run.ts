// npm run bench: measures Fairlead beside others; see docs/benchmarks.md.
import { peers } from './contenders/contenders.ts'
import { readCommand, usage, UsageError } from './flags.ts'
import { measure } from './measure.ts'
import { comparison } from './report/comparison.ts'
import { readResult } from './report/result-file.ts'
import { textTable } from './report/text-table.ts'
import { shapes } from './shapes/shapes.ts'

const choices = { shapes: shapes.map(({ name }) => name), peers: peers.map(({ name }) => name) }
try {
  const args = process.argv.slice(2)
  const command = readCommand(args, choices)
  if (command.type === 'help') {
    const list = (named: readonly { readonly name: string; readonly title: string }[]) =>
      textTable(
        named.map(({ name, title }) => [name, title]),
        'left',
      ).join('\n')
    process.stdout.write(`${usage}\nShapes\n${list(shapes)}\n\nPeers\n${list(peers)}\n`)
  } else if (command.type === 'compare') {
    const lines = comparison(readResult(command.a), readResult(command.b))
    process.stdout.write(`${lines.join('\n')}\n`)
  } else {
    process.exitCode = await measure(command.options, args)
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = error instanceof UsageError ? 2 : 1
}
// Whatever a failed shape has left waiting must not keep the process.
process.exit()
