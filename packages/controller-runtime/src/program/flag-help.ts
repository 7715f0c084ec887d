import type { Flag, Flags } from './flag.ts'

/** What `--help` prints, and what follows a mistake. */
export function flagHelp(program: string, flags: Flags): string {
  const entries = Object.entries(flags).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const lines = entries.map(([name, flag]) => `  --${name}${kindOf(flag)}\n${described(flag)}`)
  return `Usage of ${program}:\n${lines.join('\n')}\n`
}

function kindOf(flag: Flag): string {
  if (flag.type === 'boolean') return ''
  return flag.type === 'integer' ? ' int' : ' string'
}

function described(flag: Flag): string {
  const choices =
    flag.type === 'string' && flag.choices ? ` One of ${flag.choices.join(', ')}.` : ''
  const shown =
    flag.default === '' || flag.default === false
      ? ''
      : ` (default ${JSON.stringify(flag.default)})`
  return `        ${flag.description}${choices}${shown}`
}
