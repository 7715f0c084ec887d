import { parseArgs } from 'node:util'

/** What a command line asks for. */
type Command =
  | { readonly type: 'help' }
  | { readonly type: 'compare'; readonly a: string; readonly b: string }
  | { readonly type: 'measure'; readonly options: MeasureOptions }

export interface MeasureOptions {
  /** Names of the shapes to measure. */
  readonly shapes: readonly string[]
  /** Names of the contenders besides Fairlead. */
  readonly peers: readonly string[]
  readonly rounds: number
  /** How long a round of a row is measured. */
  readonly seconds: number
}

/** What can be asked for. */
interface Choices {
  readonly shapes: readonly string[]
  readonly peers: readonly string[]
}

/** A command line that cannot be followed; the message says what is possible. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

const flags = {
  shapes: { type: 'string' },
  peers: { type: 'string' },
  rounds: { type: 'string' },
  seconds: { type: 'string' },
  quick: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const

const wholeRun = { rounds: 3, seconds: 4 }

/** The short form, under two minutes. */
const quickRun = {
  shapes: ['small', 'large', 'stream', 'words'],
  peers: ['nginx'],
  rounds: 2,
  seconds: 3,
}

/** Reads a command line. Throws UsageError. */
export function readCommand(args: readonly string[], choices: Choices): Command {
  const { values, positionals } = parse(args)
  if (values.help === true) return { type: 'help' }
  const [command, a, b, ...more] = positionals
  if (command === 'compare') {
    if (a === undefined || b === undefined || more.length > 0) {
      throw new UsageError('compare takes two results files: npm run bench -- compare A B')
    }
    return { type: 'compare', a, b }
  }
  if (command !== undefined) {
    throw new UsageError(`unknown command ${command}: there is compare; shapes go after --shapes`)
  }
  const defaults = values.quick === true ? quickRun : { ...choices, ...wholeRun }
  return {
    type: 'measure',
    options: {
      shapes: namesOf('shapes', values.shapes, choices.shapes, defaults.shapes),
      peers: namesOf('peers', values.peers, choices.peers, defaults.peers),
      rounds: countOf('rounds', values.rounds, defaults.rounds),
      seconds: countOf('seconds', values.seconds, defaults.seconds),
    },
  }
}

/** What `--help` prints, before it lists what can be chosen. */
export const usage = `Usage: npm run bench -- [flags]
       npm run bench -- compare A.json B.json

  --shapes NAMES   what is measured, separated by commas (default all)
  --peers NAMES    beside whom, or none (default all)
  --rounds N       how often each is measured (default ${wholeRun.rounds})
  --seconds N      how long each round takes (default ${wholeRun.seconds})
  --quick          ${quickRun.shapes.join(', ')} beside ${quickRun.peers.join(', ')}, ${quickRun.rounds} rounds of ${quickRun.seconds} s
`

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: flags, allowPositionals: true, strict: true })
  } catch (cause) {
    // Node adds advice about arguments with a dash, which nobody has here.
    const reason = cause instanceof Error ? cause.message.split('. ')[0] : String(cause)
    const names = Object.keys(flags).map((name) => `--${name}`)
    throw new UsageError(`${reason}; flags are ${names.join(', ')}`, { cause })
  }
}

function namesOf(
  flag: string,
  text: string | undefined,
  possible: readonly string[],
  fallback: readonly string[],
): readonly string[] {
  if (text === undefined) return fallback
  if (text === 'none' && flag === 'peers') return []
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !possible.includes(name))
  if (unknown.length > 0) {
    throw new UsageError(`unknown ${flag}: ${unknown.join(', ')}; there are ${possible.join(', ')}`)
  }
  return possible.filter((name) => names.includes(name))
}

function countOf(flag: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  if (!/^[1-9]\d{0,3}$/.test(text)) {
    throw new UsageError(`--${flag} is "${text}": expected a whole number from 1 to 9999`)
  }
  return Number(text)
}
