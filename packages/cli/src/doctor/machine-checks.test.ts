import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest'
import { checkDataDir, checkNode, checkPorts, dataDirUser } from './machine-checks.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-doctor-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
})

it('an old Node.js is a problem', () => {
  expect(checkNode('20.1.0', '/bin/node')).toMatchObject({ state: 'problem' })
  expect(checkNode(process.versions.node, process.execPath).state).toBe('ok')
})

describe('a data directory', () => {
  it('is well when it can be made or written', () => {
    expect(checkDataDir(join(folder, 'a', 'b'))).toMatchObject({
      state: 'ok',
      message: `${join(folder, 'a', 'b')} will be made at the first start`,
    })
    expect(checkDataDir(folder)).toMatchObject({ state: 'ok', message: folder })
  })

  it('is a problem when it is a file', () => {
    writeFileSync(join(folder, 'file'), '')
    expect(checkDataDir(join(folder, 'file'))).toMatchObject({ state: 'problem' })
  })

  it('whose keys others can read is a warning', () => {
    writeFileSync(join(folder, 'kubeconfig'), '')
    chmodSync(join(folder, 'kubeconfig'), 0o644)
    expect(checkDataDir(folder).state).toBe('ok')
    chmodSync(folder, 0o755)
    expect(checkDataDir(folder)).toMatchObject({
      state: 'warning',
      message: `others can read ${join(folder, 'kubeconfig')}, where keys are`,
      remedy: `chmod -R go= ${folder}`,
    })
  })

  it('is used by the process that locks it, as long as that runs', () => {
    expect(dataDirUser(folder)).toBeUndefined()
    writeFileSync(join(folder, 'lock'), String(process.pid))
    expect(dataDirUser(folder)).toBe(process.pid)
    writeFileSync(join(folder, 'lock'), '4194305')
    expect(dataDirUser(folder)).toBeUndefined()
  })
})

it('a port that is in use is a problem, unless the Fairlead of the data directory holds it', async () => {
  const server = createServer()
  await new Promise<void>((listening) => void server.listen(0, '127.0.0.1', listening))
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const check = (holder: number | undefined) =>
    checkPorts('127.0.0.1', { 'admin-port': port, 'api-port': 0 }, holder)
  expect(await check(undefined)).toMatchObject([
    {
      state: 'problem',
      message: 'in use on 127.0.0.1',
      remedy: expect.stringContaining('--admin-port (FAIRLEAD_ADMIN_PORT)') as string,
    },
    { state: 'ok' },
  ])
  expect(await check(7)).toMatchObject([{ state: 'ok' }, { state: 'ok' }])
})
