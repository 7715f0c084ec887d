import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

import { expect, it } from 'vitest'

import { startApiServer } from '../api-server.ts'

it('is named when it cannot be used, with what to do', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-data-'))
  try {
    writeFileSync(join(folder, 'file'), '')
    const dataDir = join(folder, 'file', 'data')
    await expect(startApiServer({ dataDir })).rejects.toThrow(
      new RegExp(`^the data directory ${dataDir} cannot be used: ENOTDIR.*Make it writable`),
    )
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
