import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findProgram } from './find-program.ts'
import type { CachedSource, Program } from './program.ts'
import { printedVersion } from './version.ts'

describe('findProgram', () => {
  let folder: string
  let said: string[]
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-find-program-'))
    said = []
  })
  afterEach(() => rmSync(folder, { recursive: true }))

  /** A program that prints a version, in its own directory. */
  const install = (where: string, version: string) => {
    mkdirSync(join(folder, where), { recursive: true })
    const path = join(folder, where, 'tool')
    writeFileSync(path, `#!/bin/sh\necho "tool ${version}"\n`)
    chmodSync(path, 0o755)
    return path
  }
  const source = (version: string, brought = version): CachedSource => ({
    title: 'the package tool',
    version,
    file: 'tool',
    refusal: () => undefined,
    bring(target) {
      writeFileSync(join(target, 'tool'), `#!/bin/sh\necho "tool ${brought}"\n`, { mode: 0o755 })
      return Promise.resolve()
    },
  })
  const tool = (...sources: Program['sources']): Program => ({
    name: 'tool',
    variable: 'TOOL',
    oldest: '1.9',
    versionOf: printedVersion([], /tool (\S+)/),
    sources,
    byHand: 'install it',
  })
  const find = (program: Program, environment: Readonly<Record<string, string>> = {}) =>
    findProgram(program, {
      environment,
      cacheFolder: join(folder, 'cache'),
      say: (line) => void said.push(line),
    })
  const path = (...folders: string[]) => folders.map((each) => join(folder, each)).join(':')

  it('takes what the variable names, before PATH', async () => {
    const named = install('named', '2.0')
    install('bin', '3.0')
    expect(await find(tool(), { TOOL: named, PATH: path('bin') })).toBe(named)
  })

  it('refuses what the variable names if it is too old, whatever else there is', async () => {
    const environment = { TOOL: install('named', '1.8'), PATH: path('bin') }
    install('bin', '3.0')
    await expect(find(tool(source('2.0')), environment)).rejects.toThrow(
      /^TOOL names \S+: version 1\.8 is older than 1\.9\./,
    )
  })

  it('looks on PATH for a name without a slash, and gives absolute paths', async () => {
    const named = install('bin', '2.0')
    expect(await find(tool(), { TOOL: 'tool', PATH: path('none', 'bin') })).toBe(named)
    expect(await find(tool(), { TOOL: relative('.', named) })).toBe(named)
    expect(await find(tool(), { PATH: relative('.', join(folder, 'bin')) })).toBe(named)
    await expect(find(tool(), { TOOL: 'tool', PATH: path('none') })).rejects.toThrow(
      /^TOOL names tool: PATH has none\./,
    )
  })

  it('takes the first on PATH that is new enough, and says nothing', async () => {
    install('old', '1.8.9')
    const good = install('good', '1.10')
    expect(await find(tool(source('2.0')), { PATH: path('none', 'old', 'good') })).toBe(good)
    expect(said).toEqual([])
  })

  it('brings it once, says so in one line, and finds it again', async () => {
    const first = await find(tool(source('2.0')))
    expect(first).toBe(join(folder, 'cache/tool/2.0/tool'))
    expect(said).toEqual([
      expect.stringMatching(/^tool 2\.0 comes from the package tool, kept in /),
    ])
    const never: CachedSource = { ...source('2.0'), bring: () => Promise.reject(new Error('no')) }
    expect(await find(tool(never))).toBe(first)
  })

  it('brings it anew when what is kept does not run', async () => {
    const kept = await find(tool(source('2.0')))
    writeFileSync(kept, '#!/bin/sh\n')
    expect(await find(tool(source('2.0')))).toBe(kept)
    expect(said).toHaveLength(2)
  })

  it('brings it anew when what is kept has lost it', async () => {
    const kept = await find(tool(source('2.0')))
    rmSync(kept)
    writeFileSync(join(folder, 'cache/tool/2.0/README'), '')
    expect(await find(tool(source('2.0')))).toBe(kept)
    expect(readdirSync(join(folder, 'cache/tool/2.0'))).toEqual(['tool'])
  })

  it('does not take what somebody else put there meanwhile for the program', async () => {
    const late: CachedSource = {
      ...source('2.0'),
      bring(target) {
        install('cache/tool/2.0/other', '2.0')
        return source('2.0').bring(target)
      },
    }
    await expect(find(tool(late))).rejects.toThrow(/the package tool: (ENOTEMPTY|EEXIST)/)
  })

  it('lets several bring it at a time', async () => {
    const found = await Promise.all([1, 2, 3].map(() => find(tool(source('2.0')))))
    expect(new Set(found).size).toBe(1)
    expect(readdirSync(join(folder, 'cache/tool'))).toEqual(['2.0'])
  })

  it('goes on to the next source, and installs for the machine', async () => {
    const elsewhere: CachedSource = { ...source('2.0'), refusal: () => 'it is for another one' }
    const machine = {
      title: 'the system',
      refusal: () => undefined,
      install: () => Promise.resolve(void install('bin', '2.1')),
    }
    const found = await find(tool(elsewhere, machine), { PATH: path('bin') })
    expect(found).toBe(join(folder, 'bin/tool'))
  })

  it('tells of an installation that leaves no suitable one on PATH', async () => {
    install('old', '1.8')
    const machine = (version: string) => ({
      title: `the system with ${version}`,
      refusal: () => undefined,
      install: () => Promise.resolve(void install('bin', version)),
    })
    const environment = { PATH: path('old', 'bin') }
    await expect(find(tool(machine('1.7'), machine('1.7')), environment)).rejects.toThrow(
      [
        'tool 1.9 or newer is required and could not be obtained:',
        `  ${join(folder, 'old/tool')}: version 1.8 is older than 1.9`,
        '  the system with 1.7: installed, but PATH has no suitable tool',
        `  ${join(folder, 'bin/tool')}: version 1.7 is older than 1.9`,
        '  the system with 1.7: installed, but PATH has no suitable tool',
        'Set TOOL',
      ].join('\n'),
    )
  })

  it('tells what was tried and what to do when there is none', async () => {
    install('old', '1.8')
    const wrong = source('2.0', '1.0')
    const offline = { ...source('2.0'), bring: () => Promise.reject(new Error('no network')) }
    await expect(find(tool(wrong, offline), { PATH: path('old') })).rejects.toThrow(
      [
        'tool 1.9 or newer is required and could not be obtained:',
        `  ${join(folder, 'old/tool')}: version 1.8 is older than 1.9`,
        '  the package tool: it provided 1.0 instead of 2.0',
        '  the package tool: no network',
        'Set TOOL to the path of one, or install it.',
      ].join('\n'),
    )
    expect(readdirSync(join(folder, 'cache/tool'))).toEqual([])
  })
})
