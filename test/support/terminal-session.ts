import { runSession, type SessionOptions } from './console-session.ts'

/** Output that differs from run to run, and its placeholders. */
const volatile: readonly (readonly [pattern: RegExp, written: string])[] = [
  [/^(?:Waiting for (?:deployment|job)|W\d{4} ).*\n/gm, ''],
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/\/\S+\/fairlead-test-\w+\//g, 'FOLDER/'],
  [/\b10\.(?:0|128)\.0\.\d+/g, 'ADDRESS'],
  [/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'UID'],
  [/(resourceVersion"?: |Resource Version: +|resource version to be 1, was )"?\d+"?/g, '$1NUMBER'],
  [/\b\d{4}-\d\d-\d\dT[\d:]+Z/g, 'TIME'],
  [/\w{3}, \d\d \w{3} \d{4} [\d:]+ \+0000/g, 'TIME'],
  [/(\/(?:LIVE|MERGED)-)\d+/g, '$1NUMBER'],
  [/\t\d{4}-\d\d-\d\d [\d:.]+ \+0000$/gm, '\tTIME'],
  [/\b(web-)[bcdfghjklmnpqrstvwxz2456789]{5,10}-[a-z\d]{5}\b/g, '$1HASH-RANDOM'],
  [/\b(web-)[bcdfghjklmnpqrstvwxz2456789]{5,10}\b/g, '$1HASH'],
  [/\b(job|tonight)-[a-z\d]{5}\b/g, '$1-RANDOM'],
  // Ages, and the padding of columns, which depends on them.
  [/(?<= )(?:\d+[dhms])+(?= |$)/gm, 'AGE'],
  [/(?<=\S) {2,}(?=\S)/g, '  '],
  [/[ \t]+$/gm, ''],
]

/** The `$ ` lines of a session with their `> ` continuations; what was printed is left out. */
export function sessionCommands(session: string): string[] {
  const commands: string[] = []
  let isContinued = false
  for (const line of session.split('\n')) {
    if (line.startsWith('$ ')) commands.push(line.slice(2))
    else if (line.startsWith('> ') && isContinued)
      commands[commands.length - 1] += `\n${line.slice(2)}`
    isContinued = line.startsWith('$ ') || (isContinued && line.startsWith('> '))
  }
  return commands
}

/**
 * Runs commands in one shell and shows them as a terminal does, but for what differs from run to
 * run; after a command that fails stands its exit code.
 */
export async function playSession(
  commands: readonly string[],
  options: Omit<SessionOptions, 'changesGateway'>,
): Promise<string> {
  const judged = commands.map(
    (command) => `${command}\ncode=$?; if [ $code != 0 ]; then echo "[exit $code]"; fi`,
  )
  const printed = await runSession(judged, { ...options, changesGateway: false })
  return commands
    .map((command, index) => {
      const output = withoutVolatileParts(printed[index] ?? '')
      return `$ ${command.replaceAll('\n', '\n> ')}\n${output}\n`
    })
    .join('')
}

function withoutVolatileParts(output: string): string {
  const text = volatile.reduce((rest, [pattern, written]) => rest.replace(pattern, written), output)
  return text === '' || text.endsWith('\n') ? text : `${text}\n`
}
