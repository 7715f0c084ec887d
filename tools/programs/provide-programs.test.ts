import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import type { Program } from './program.ts'
import { providePrograms } from './provide-programs.ts'
import { printedVersion } from './version.ts'

const tool: Program = {
  name: 'fairlead-tool',
  variable: 'FAIRLEAD_TOOL',
  oldest: '1.0',
  versionOf: printedVersion([], /tool (\S+)/),
  sources: [],
  byHand: 'install it',
}

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-provide-programs-'))
  mkdirSync(join(folder, 'bin'))
  vi.stubEnv('PATH', `${join(folder, 'bin')}${delimiter}${process.env['PATH']}`)
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

it.each(['fairlead-tool', 'another-name'])('provides %s, named without a path', async (name) => {
  const path = join(folder, 'bin', name)
  writeFileSync(path, '#!/bin/sh\necho tool 1.0\n', { mode: 0o755 })
  vi.stubEnv('FAIRLEAD_TOOL', name)
  const withdraw = await providePrograms([tool])
  try {
    expect(process.env['FAIRLEAD_TOOL']).toBe(path)
    const output = execFileSync('fairlead-tool', { encoding: 'utf8', timeout: 5000 })
    expect(output).toBe('tool 1.0\n')
  } finally {
    withdraw()
  }
})
