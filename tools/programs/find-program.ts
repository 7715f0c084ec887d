import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import type { CachedSource, Program } from './program.ts'
import { isAtLeast } from './version.ts'

/** What of the machine decides where a program is found. */
interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Holds what was brought: `<program>/<version>/`. */
  readonly cacheFolder: string
  /** Told, in one line, that something is brought. */
  readonly say: (line: string) => void
}

/** The environment, a cache folder of this user outside any repository, and standard error. */
function theseSurroundings(): Surroundings {
  const environment = process.env
  const cache = environment['XDG_CACHE_HOME'] || join(homedir(), '.cache')
  return {
    environment,
    cacheFolder: join(cache, 'fairlead', 'programs'),
    say: (line) => void process.stderr.write(`${line}\n`),
  }
}

/**
 * The path of a program of at least its oldest version: the one that its variable names, else the
 * first good one on PATH, else one brought from its sources. Several processes may look at a time.
 * Rejects with what was tried and what to do.
 */
export async function findProgram(
  program: Program,
  surroundings: Surroundings = theseSurroundings(),
): Promise<string> {
  const named = surroundings.environment[program.variable]
  if (named !== undefined && named !== '') {
    const problem = await problemOf(program, named)
    if (problem === undefined) return named
    throw new Error(`${program.variable} names ${named}: ${problem}. Name another one or unset it.`)
  }
  const tried: string[] = []
  const present = await findOnPath(program, surroundings, tried)
  if (present !== undefined) return present
  for (const source of program.sources) {
    const refusal = source.refusal()
    if (refusal !== undefined) {
      tried.push(`${source.title}: ${refusal}`)
      continue
    }
    try {
      if ('bring' in source) return await fromCache(program, source, surroundings)
      surroundings.say(`installing ${program.name} from ${source.title}`)
      await source.install()
      const installed = await findOnPath(program, surroundings, tried)
      if (installed !== undefined) return installed
    } catch (error) {
      tried.push(`${source.title}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(
    [
      `${program.name} ${program.oldest} or newer is needed and could not be had:`,
      ...tried.map((each) => `  ${each}`),
      `Set ${program.variable} to the path of one, or ${program.byHand}.`,
    ].join('\n'),
  )
}

async function findOnPath(
  program: Program,
  { environment }: Surroundings,
  tried: string[],
): Promise<string | undefined> {
  for (const path of pathsOnPath(program.name, environment['PATH'])) {
    const problem = await problemOf(program, path)
    if (problem === undefined) return path
    tried.push(`${path}: ${problem}`)
  }
  if (tried.length === 0) tried.push('PATH: there is none')
  return undefined
}

/** The executable files of a name, in the order of PATH. */
export function pathsOnPath(name: string, path: string | undefined): string[] {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .filter((candidate) => {
      try {
        accessSync(candidate, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/** The folder of a version appears whole or not at all, for it is filled elsewhere and renamed. */
async function fromCache(
  program: Program,
  source: CachedSource,
  { cacheFolder, say }: Surroundings,
): Promise<string> {
  const folder = join(cacheFolder, program.name, source.version)
  const path = join(folder, source.file)
  if (existsSync(path)) {
    if ((await program.versionOf(path)) === source.version) return path
    rmSync(folder, { recursive: true, force: true })
  }
  mkdirSync(join(cacheFolder, program.name), { recursive: true })
  const filling = mkdtempSync(join(cacheFolder, program.name, '.filling-'))
  try {
    say(`${program.name} ${source.version} comes from ${source.title}, kept in ${folder}`)
    await source.bring(filling)
    const version = await program.versionOf(join(filling, source.file))
    if (version !== source.version) {
      throw new Error(`it brought ${version ?? 'nothing that runs'} instead of ${source.version}`)
    }
    moveUnlessThere(filling, folder)
  } finally {
    rmSync(filling, { recursive: true, force: true })
  }
  return path
}

/** Another process may have been quicker, and has moved the same there. */
function moveUnlessThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(to)) throw error
  }
}

async function problemOf(program: Program, path: string): Promise<string | undefined> {
  const version = await program.versionOf(path)
  if (version === undefined) return `it does not run, or tells no version`
  if (isAtLeast(version, program.oldest)) return undefined
  return `version ${version} is older than ${program.oldest}`
}
