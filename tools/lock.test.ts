import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readText, root } from './source-tree.ts'

it('leaves nothing behind when npm fails, and passes its exit code on', () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-lock-test-'))
  try {
    const temporary = join(folder, 'tmp')
    mkdirSync(temporary)
    writeFileSync(join(folder, 'npm'), '#!/bin/sh\necho broken > package-lock.json\nexit 7\n', {
      mode: 0o755,
    })
    const before = readText('package-lock.json')
    const { status } = spawnSync(process.execPath, [join(root, 'tools/lock.mjs')], {
      env: { PATH: `${folder}:${process.env['PATH']}`, TMPDIR: temporary },
    })
    expect(status).toBe(7)
    expect(readdirSync(temporary)).toEqual([])
    expect(readText('package-lock.json')).toBe(before)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
