import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { CommandFailure } from '../command-failure.ts'
import { counted } from '../counted.ts'
import { convertLiteLLMConfig, type Conversion } from '../litellm/convert-config.ts'
import type { ConversionNote } from '../litellm/conversion-notes.ts'
import { textFlag } from '../own-arguments.ts'
import { UsageError } from '../usage-error.ts'

const configBytesMax = 4 * 1024 * 1024

/** Converts the configuration of another gateway. With --strict, rejects with CommandFailure if something is lost. */
export function convert({ options, own, environment, print }: CommandContext): Promise<void> {
  const [from, file, ...rest] = own.words
  if (from !== 'litellm' || file === undefined || rest.length > 0) {
    throw new UsageError('expected litellm and its CONFIG.yaml; see fairlead convert --help')
  }
  const conversion = convertLiteLLMConfig(readConfig(file), {
    gateway: options.gateway,
    environment,
    fillsSecrets: own.flags['fill-secrets'] === true,
  })
  const folder = textFlag(own, 'output')
  const lines = conversion.notes.map((note) => lineOf(file, note))
  if (folder === undefined) {
    const comments = [...lines, summaryOf(conversion)].map((line) => `# ${line}\n`)
    print([...comments, ...conversion.files.map(({ text }) => `---\n${text}`)].join(''))
  } else {
    writeFiles(folder, conversion)
    print([...lines, summaryOf(conversion), nextSteps(folder)].map((line) => `${line}\n`).join(''))
  }
  const lost = conversion.notes.filter(({ severity }) => ['lost', 'changed'].includes(severity))
  if (own.flags['strict'] !== true || lost.length === 0) return Promise.resolve()
  const how = lost.length === 1 ? 'it is' : 'they are'
  throw new CommandFailure(`${counted(lost.length, 'setting')} cannot be carried over as ${how}`)
}

function readConfig(file: string): string {
  try {
    const { size } = statSync(file)
    if (size > configBytesMax) throw new Error(`it is larger than ${configBytesMax} bytes`)
    return readFileSync(file, 'utf8')
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`cannot read ${file}: ${why}`, { cause })
  }
}

/** None is overwritten: what was filled in by hand must not be lost. All are written, or none. */
function writeFiles(folder: string, { files }: Conversion): void {
  const there = files.map(({ name }) => join(folder, name)).find((path) => existsSync(path))
  if (there !== undefined) {
    throw new UsageError(`${there} exists: name another folder, or remove it`)
  }
  const written: string[] = []
  try {
    mkdirSync(folder, { recursive: true })
    for (const { name, text, isPrivate } of files) {
      const path = join(folder, name)
      writeFileSync(path, text, { flag: 'wx', mode: isPrivate ? 0o600 : 0o644 })
      written.push(path)
    }
  } catch (cause) {
    for (const path of written) rmSync(path, { force: true })
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`cannot write the manifests to ${folder}: ${why}`, { cause })
  }
}

/** As compilers write it, so that editors find the place. */
function lineOf(file: string, { line, message, setting, severity }: ConversionNote): string {
  return `${file}:${line}: ${severity}: ${setting}: ${message}`.replaceAll(/\s+/g, ' ')
}

function summaryOf({ files, notes }: Conversion): string {
  const count = (severity: ConversionNote['severity']) =>
    notes.filter((note) => note.severity === severity).length
  return `${counted(files.length, 'file')}: ${count('lost')} lost, ${count('changed')} changed, ${count('todo')} to do, ${counted(count('note'), 'note')}`
}

function nextSteps(folder: string): string {
  return `Fill in ${join(folder, 'secrets.yaml')}, then run fairlead validate ${folder}`
}
