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
import { delimiter, join, resolve } from 'node:path'
import type { CachedSource, Program } from './program.ts'
import { isAtLeast } from './version.ts'

/** The parts of the environment that decide where a program is found. */
interface Surroundings {
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Cache of downloaded programs: `<program>/<version>/`. */
  readonly cacheFolder: string
  /** Called with one line when a program is downloaded. */
  readonly say: (line: string) => void
}

/** The environment, this user's cache directory outside any repository, and standard error. */
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
 * The absolute path of a program of at least the oldest supported version: the one named by its
 * variable, else the first suitable one on PATH, else one obtained from its sources. Safe to call from
 * several processes at once. Rejects with what was tried and what to do.
 */
export async function findProgram(
  program: Program,
  surroundings: Surroundings = theseSurroundings(),
): Promise<string> {
  const named = surroundings.environment[program.variable]
  if (named !== undefined && named !== '') return findNamed(program, named, surroundings)
  const present = await findOnPath(program, surroundings)
  if (present.path !== undefined) return present.path
  const tried = present.problems.length === 0 ? ['PATH: not found'] : [...present.problems]
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
      const installed = await findOnPath(program, surroundings)
      if (installed.path !== undefined) return installed.path
      tried.push(`${source.title}: installed, but PATH has no suitable ${program.name}`)
      tried.push(...installed.problems.filter((each) => !tried.includes(each)))
    } catch (error) {
      tried.push(`${source.title}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  throw new Error(
    [
      `${program.name} ${program.oldest} or newer is required and could not be obtained:`,
      ...tried.map((each) => `  ${each}`),
      `Set ${program.variable} to the path of one, or ${program.byHand}.`,
    ].join('\n'),
  )
}

/** What the variable names: a path, or, as in a shell, a name on PATH. */
async function findNamed(
  program: Program,
  named: string,
  { environment }: Surroundings,
): Promise<string> {
  const path = named.includes('/') ? resolve(named) : pathsOnPath(named, environment['PATH'])[0]
  const problem = path === undefined ? 'PATH has none' : await problemOf(program, path)
  if (path !== undefined && problem === undefined) return path
  throw new Error(`${program.variable} names ${named}: ${problem}. Set another path or unset it.`)
}

interface OnPath {
  /** The first suitable program. */
  readonly path?: string
  /** What is wrong with each one before it. */
  readonly problems: readonly string[]
}

async function findOnPath(program: Program, { environment }: Surroundings): Promise<OnPath> {
  const problems: string[] = []
  for (const path of pathsOnPath(program.name, environment['PATH'])) {
    const problem = await problemOf(program, path)
    if (problem === undefined) return { path, problems }
    problems.push(`${path}: ${problem}`)
  }
  return { problems }
}

/** The absolute paths of the executable files with a name, in the order of PATH. */
export function pathsOnPath(name: string, path: string | undefined): string[] {
  return (path ?? '')
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => resolve(folder, name))
    .filter((candidate) => {
      try {
        accessSync(candidate, constants.X_OK)
        return true
      } catch {
        return false
      }
    })
}

/**
 * The directory of a version appears atomically: it is filled elsewhere and renamed. One without
 * the program, or with another version of it, is replaced.
 */
async function fromCache(
  program: Program,
  source: CachedSource,
  { cacheFolder, say }: Surroundings,
): Promise<string> {
  const folder = join(cacheFolder, program.name, source.version)
  const path = join(folder, source.file)
  if (existsSync(folder)) {
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
      throw new Error(`it provided ${version ?? 'nothing that runs'} instead of ${source.version}`)
    }
    moveUnlessThere(filling, folder, source.file)
  } finally {
    rmSync(filling, { recursive: true, force: true })
  }
  return path
}

/** Another process may have been faster and put the same program there. */
function moveUnlessThere(from: string, to: string, file: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if (!existsSync(join(to, file))) throw error
  }
}

async function problemOf(program: Program, path: string): Promise<string | undefined> {
  const version = await program.versionOf(path)
  if (version === undefined) return `it does not run, or prints no version`
  if (isAtLeast(version, program.oldest)) return undefined
  return `version ${version} is older than ${program.oldest}`
}
