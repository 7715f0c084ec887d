import { cpSync, existsSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join } from 'node:path'
import { succeed } from './run-to-end.ts'

/** Where modules and programs are kept between runs; `XDG_CACHE_HOME` moves it. */
const cache = join(
  process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'),
  'fairlead',
  'operators',
)

/** Where installed programs are kept between runs. */
export const programCache = join(cache, 'programs')

/** The sources of `module@version`, from Go's module proxy, unchanged, in a directory of their own. */
export async function moduleSources(module: string): Promise<string> {
  const copy = join(cache, 'modules', module)
  if (existsSync(join(copy, 'go.mod'))) return copy
  const answer = await succeed('go', ['mod', 'download', '-json', module])
  const { Dir } = JSON.parse(answer.slice(answer.indexOf('{'))) as { readonly Dir: string }
  // Go's own copy is read-only, and a build writes checksums.
  mkdirSync(copy, { recursive: true })
  cpSync(Dir, copy, { recursive: true })
  await succeed('chmod', ['-R', 'u+w', copy])
  return copy
}

/** The program that `go install` builds of `module@version`; kept by name. */
export async function installedProgram(name: string, module: string): Promise<string> {
  const folder = join(programCache, module.replaceAll('/', '_'))
  const program = join(folder, name)
  if (!existsSync(program)) {
    await succeed('go', ['install', module], { environment: { GOBIN: folder } })
  }
  return program
}

/**
 * The test binary of a package of these sources, which is built, with these flags, if it is not there.
 * It has the name that `go test` gives it, because clients tell it the server.
 */
export async function testBinary(
  sources: string,
  folder: string,
  further: readonly string[] = [],
): Promise<string> {
  const binary = join(sources, folder, `${basename(folder)}.test`)
  if (!existsSync(binary)) {
    const flags = ['-mod=mod', '-vet=off', '-ldflags=-s -w', ...further]
    await succeed('go', ['test', '-c', ...flags, '-o', binary, `./${folder}`], { cwd: sources })
  }
  return binary
}
