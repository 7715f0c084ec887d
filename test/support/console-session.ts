import { spawn } from 'node:child_process'
import { blocksOf } from './fenced-blocks.ts'

/** One `$ ` line of a document, with its `> ` continuations, and what it is said to print. */
interface DocumentedCommand {
  readonly command: string
  readonly output: string
}

/** The commands of all fenced `console` blocks, in the order in which they stand. */
export function consoleCommands(markdown: string): DocumentedCommand[] {
  return blocksOf(markdown, 'console').flatMap((block) => {
    const commands: { command: string; output: string }[] = []
    for (const line of block.split('\n')) {
      const last = commands.at(-1)
      if (line.startsWith('$ ')) commands.push({ command: line.slice(2), output: '' })
      else if (last === undefined) throw new Error(`a console block begins with "${line}"`)
      else if (line.startsWith('> ') && last.output === '') last.command += `\n${line.slice(2)}`
      else last.output += `${line}\n`
    }
    return commands
  })
}

/**
 * Runs commands one after the other in one bash, as a person types them, and resolves to what each
 * of them printed on either stream.
 */
export function runSession(
  commands: readonly string[],
  options: { readonly directory: string; readonly environment: NodeJS.ProcessEnv },
): Promise<string[]> {
  const mark = `--- end of a command ${Math.random()} ---`
  const script = commands.map((command) => `${command}\necho '${mark}'\n`).join('')
  return new Promise((resolve, reject) => {
    const bash = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: options.directory,
      env: options.environment,
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let printed = ''
    bash.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    bash.on('error', reject)
    bash.on('close', () => resolve(printed.split(`${mark}\n`).slice(0, commands.length)))
  })
}

/**
 * What differs from run to run, and how a comparison writes it. Everything else in an output must
 * be exactly as it is documented.
 */
const volatile: readonly (readonly [pattern: RegExp, written: string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/\/\S+\/(?:\.fairlead|fairlead-\w+)\//g, 'DATA_DIR/'],
  [/\b(req|plan|turn|msg|conv)_[0-9A-Za-z-]+/g, '$1_ID'],
  [/\bsha256:[0-9a-f]+/g, 'sha256:HASH'],
  [/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z)?/g, 'DATE'],
  // kubectl's AGE, always the last column
  [/ +(?:\d+[dhms])+$/gm, ' AGE'],
  [/(overhead-ms: )[\d.]+/g, '$1MS'],
  // a replica is named for its machine
  [/\(replica [^)]+\)/g, '(replica NAME)'],
  // curl keeps the line ends of HTTP, kubectl fills up its last column
  [/[ \t\r]+$/gm, ''],
]

export function withoutVolatileParts(output: string): string {
  return volatile
    .reduce((text, [pattern, written]) => text.replace(pattern, written), output)
    .trimEnd()
}
