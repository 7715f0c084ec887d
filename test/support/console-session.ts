import { type ChildProcess, spawn } from 'node:child_process'
import { blocksOf } from './fenced-blocks.ts'

/** One `$ ` line of a document, with its `> ` continuations, and its documented output. */
interface DocumentedCommand {
  readonly command: string
  readonly output: string
}

/** The commands of all fenced `console` blocks, in document order. */
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

const changesConfiguration = /kubectl (?:apply|patch) |fairlead key (?:create|rotate|revoke) /

/** What replicas run, before a command that changes it. */
const noteHash = `
running() { kubectl get llmgateway default -o 'jsonpath={.status.replicas[*].configHash}' 2>/dev/null; }
noted=$(running)`

/** A person is slower than the way of a change: replicas run something else, and stay with it. */
const awaitHash = `
for attempt in {1..50}; do
  changed=$(running)
  if [ "$changed" != "$noted" ] && [ "$changed" = "$(running)" ]; then break; fi
done`

export interface SessionOptions {
  readonly directory: string
  readonly environment: NodeJS.ProcessEnv
  /** Of the test: what still runs when it has timed out is ended. */
  readonly signal: AbortSignal
  /** Whether commands may change what a gateway runs, for which is then waited. Defaults to true. */
  readonly changesGateway?: boolean
}

/**
 * Runs commands sequentially in one bash, as a person types them, and resolves to the output of
 * each on either stream.
 */
export function runSession(
  commands: readonly string[],
  { directory, environment, signal, changesGateway = true }: SessionOptions,
): Promise<string[]> {
  const mark = `--- end of a command ${Math.random()} ---`
  const script = commands
    .map((command) => {
      const awaits = changesGateway && changesConfiguration.test(command)
      const [before, after] = awaits ? [noteHash, awaitHash] : ['', '']
      return `${before}\n${command}\n${after}\necho '${mark}'\n`
    })
    .join('')
  return new Promise((resolve, reject) => {
    const bash = spawn('bash', ['-c', `exec 2>&1\n${script}`], {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'inherit'],
      // A group of its own: its end is that of the programs which it has started, too.
      detached: true,
    })
    const end = () => endGroup(bash)
    signal.addEventListener('abort', end, { once: true })
    let printed = ''
    bash.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
    bash.on('error', reject)
    bash.on('close', () => {
      signal.removeEventListener('abort', end)
      resolve(printed.split(`${mark}\n`).slice(0, commands.length))
    })
  })
}

function endGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch (error) {
    // It has ended by itself.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/**
 * Output that differs from run to run, and its placeholders. Everything else must be exactly as
 * documented.
 */
const volatile: readonly (readonly [pattern: RegExp, written: string])[] = [
  [/127\.0\.0\.1:\d+/g, '127.0.0.1:PORT'],
  [/\/\S+\/(?:\.fairlead|fairlead-\w+)\//g, 'DATA_DIR/'],
  [/\b(req|plan|turn|msg|conv)_[0-9A-Za-z-]+/g, '$1_ID'],
  [/\bsha256:[0-9a-f]+/g, 'sha256:HASH'],
  [/\b\d{4}-\d\d-\d\d(?:T[\d:.]+Z|T\d\dh)?/g, 'DATE'],
  [/\bflk_[\w-]+/g, 'flk_KEY'],
  // kubectl's AGE, always the last column
  [/ +(?:\d+[dhms])+$/gm, ' AGE'],
  // how long the tests of node:test took
  [/\b(duration_ms )[\d.]+|\([\d.]+ms\)$/gm, '$1TIME'],
  [/(overhead-ms: )[\d.]+/g, '$1MS'],
  // a replica is named after its machine
  [/\(replica [^)]+\)/g, '(replica NAME)'],
  // curl keeps HTTP's line endings, kubectl pads its last column
  [/[ \t\r]+$/gm, ''],
]

export function withoutVolatileParts(output: string): string {
  return volatile
    .reduce((text, [pattern, written]) => text.replace(pattern, written), output)
    .trimEnd()
}
