import { link, mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { createMetrics } from '../metrics/metrics.ts'
import { RecordingLogger } from '../testing/recording-logger.ts'
import { makeTestCertificates } from '../testing/test-certificates.ts'
import { CertificateFiles, type CertificateFilesOptions } from './certificate-files.ts'
import type { ServingCertificate } from './certificate-source.ts'
import { HttpServer } from './http-server.ts'

const { first, second, third } = makeTestCertificates()

describe('CertificateFiles', () => {
  let directory: string
  let certFile: string
  let keyFile: string
  const metrics = createMetrics()
  const stops: (() => Promise<void>)[] = []

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'certificate-files-'))
    certFile = join(directory, 'tls.crt')
    keyFile = join(directory, 'tls.key')
    await write(first)
  })
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop()
    await rm(directory, { recursive: true })
  })

  async function write({ cert, key }: ServingCertificate, suffix = '') {
    await writeFile(certFile + suffix, cert)
    await writeFile(keyFile + suffix, key)
  }

  /** With a clock that stands still, so that changes are noticed by being watched. */
  async function start(more: Partial<CertificateFilesOptions> = {}) {
    const clock = new FakeClock()
    const options = { certFile, keyFile, logger: silentLogger, clock, ...more }
    const files = new CertificateFiles(options)
    const controller = new AbortController()
    const running = files.start(controller.signal)
    const stop = async () => {
      controller.abort()
      await running
    }
    stops.push(stop)
    await clock.advance(0)
    let changes = 0
    files.onChange(() => changes++)
    return { files, clock, stop, changes: () => changes }
  }

  const reads = async () => (await metrics.certificates.reads.get()).values[0]?.value ?? 0
  const readErrors = async () => (await metrics.certificates.readErrors.get()).values[0]?.value ?? 0

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should errors without cert/key"
  it('refuses empty paths', () => {
    expect(() => new CertificateFiles({ certFile: '', keyFile: '', logger: silentLogger })).toThrow(
      'both',
    )
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should read the initial cert/key"
  it('reads the files when it starts, and leaves nothing behind when it stops', async () => {
    const { files, clock, stop } = await start()
    expect(files.current()).toEqual(first)
    await stop()
    expect(clock.pendingTimers).toBe(0)
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should reload currentCert when changed"
  it('takes files that are written over', async () => {
    const { files, changes } = await start()
    await write(second)
    await expect.poll(() => files.current()).toEqual(second)
    expect(changes()).toBe(1)
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should reload currentCert when changed with rename"
  it('takes files that are renamed into place', async () => {
    const { files, changes } = await start()
    await write(second, '.new')
    await link(certFile, `${certFile}.old`)
    await rename(`${certFile}.new`, certFile)
    await link(keyFile, `${keyFile}.old`)
    await rename(`${keyFile}.new`, keyFile)
    await expect.poll(() => files.current()).toEqual(second)
    expect(changes()).toBe(1)
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should reload currentCert after move out"
  it('takes files that come after the old ones were moved away', async () => {
    const { files, changes } = await start()
    await rename(certFile, `${certFile}.old`)
    await rename(keyFile, `${keyFile}.old`)
    await write(third)
    await expect.poll(() => files.current()).toEqual(third)
    expect(changes()).toBe(1)
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should get updated on successful certificate read"
  it('counts what it reads', async () => {
    const before = await reads()
    await start({ metrics })
    expect(await reads()).toBeGreaterThan(before)
  })

  // controller-runtime pkg/certwatcher/certwatcher_test.go: "should get updated on read certificate errors"
  it('counts what it cannot read, and keeps the last pair', async () => {
    const { files, clock } = await start({ metrics })
    const before = { reads: await reads(), errors: await readErrors() }
    await rm(keyFile)
    await clock.advance(10_000)
    await clock.advance(10_000)
    expect(await reads()).toBeGreaterThanOrEqual(before.reads + 2)
    expect(await readErrors()).toBeGreaterThanOrEqual(before.errors + 2)
    expect(files.current()).toEqual(first)
  })

  it('does not take a pair of which one is not replaced yet', async () => {
    const logger = new RecordingLogger()
    const { files, clock, changes } = await start({ logger })
    await writeFile(certFile, second.cert)
    await clock.advance(10_000)
    await clock.advance(10_000)
    expect(files.current()).toEqual(first)
    const errors = logger.lines.filter(({ level }) => level === 'error')
    expect(new Set(errors.map(({ message }) => message)).size).toBe(errors.length)
    expect(errors[0]?.message).toContain(`${certFile} and ${keyFile}`)
    await writeFile(keyFile, second.key)
    await clock.advance(10_000)
    expect(files.current()).toEqual(second)
    expect(changes()).toBe(1)
  })

  it('does not take files that are empty or half written', async () => {
    const { files, clock } = await start()
    for (const half of [
      { cert: '', key: '' },
      { cert: second.cert, key: '' },
      { cert: '', key: second.key },
      { cert: second.cert.slice(0, 300), key: second.key },
      { cert: second.cert, key: second.key.slice(0, 100) },
    ]) {
      await write(half)
      await clock.advance(10_000)
      expect(files.current()).toEqual(first)
      await write(first)
    }
  })

  it('logs no key', async () => {
    const logger = new RecordingLogger()
    const { clock } = await start({ logger })
    await writeFile(keyFile, second.key.replaceAll('A', 'B'))
    await clock.advance(10_000)
    expect(JSON.stringify(logger.lines)).not.toContain(second.key.slice(100, 140))
    expect(logger.lines.at(-1)?.level).toBe('error')
  })

  it('follows the link that the kubelet swaps in a mounted Secret', async () => {
    const volume = join(directory, 'volume')
    const generation = async (name: string, { cert, key }: ServingCertificate) => {
      await mkdir(join(volume, name), { recursive: true })
      await writeFile(join(volume, name, 'tls.crt'), cert)
      await writeFile(join(volume, name, 'tls.key'), key)
    }
    await generation('..1', first)
    await symlink('..1', join(volume, '..data'))
    await symlink('..data/tls.crt', join(volume, 'tls.crt'))
    await symlink('..data/tls.key', join(volume, 'tls.key'))
    const mounted = { certFile: join(volume, 'tls.crt'), keyFile: join(volume, 'tls.key') }
    const { files } = await start(mounted)
    await generation('..2', second)
    await symlink('..2', join(volume, '..data_tmp'))
    await rename(join(volume, '..data_tmp'), join(volume, '..data'))
    await rm(join(volume, '..1'), { recursive: true })
    await expect.poll(() => files.current()).toEqual(second)
  })

  it('notices by reading every ten seconds what nothing announces', async () => {
    const real = join(directory, 'elsewhere')
    await mkdir(real)
    await writeFile(join(real, 'cert'), first.cert)
    await writeFile(join(real, 'key'), first.key)
    const links = { certFile: join(directory, 'l.crt'), keyFile: join(directory, 'l.key') }
    await symlink(join(real, 'cert'), links.certFile)
    await symlink(join(real, 'key'), links.keyFile)
    const { files, clock } = await start(links)
    await writeFile(join(real, 'cert'), third.cert)
    await writeFile(join(real, 'key'), third.key)
    await clock.advance(9_999)
    expect(files.current()).toEqual(first)
    await clock.advance(1)
    expect(files.current()).toEqual(third)
  })

  it('fails at the start without files, unless they may come later', async () => {
    const missing = { certFile: join(directory, 'x', 'c'), keyFile: join(directory, 'x', 'k') }
    const options = { ...missing, logger: silentLogger }
    await expect(new CertificateFiles(options).start(new AbortController().signal)).rejects.toThrow(
      'ENOENT',
    )
    const { files, clock } = await start({ ...missing, mayBeMissing: true })
    expect(files.current()).toBeUndefined()
    await mkdir(join(directory, 'x'))
    await writeFile(missing.certFile, second.cert)
    await writeFile(missing.keyFile, second.key)
    await clock.advance(10_000)
    expect(files.current()).toEqual(second)
  })

  it('lets a server show a replaced certificate on the next connection', async () => {
    const { files } = await start()
    const server = new HttpServer({
      name: 'test server',
      address: { host: '127.0.0.1', port: 0 },
      handle: () => ({ status: 200 }),
      tls: { certificate: files },
      logger: silentLogger,
    })
    const controller = new AbortController()
    const running = server.start(controller.signal)
    const { port } = await server.whenListening()
    const shown = () =>
      new Promise<string | undefined>((resolve, reject) => {
        const socket = connect({ port, rejectUnauthorized: false }, () => {
          resolve(socket.getPeerX509Certificate()?.subject)
          socket.destroy()
        })
        socket.on('error', reject)
      })
    expect(await shown()).toBe('CN=first')
    await write(second)
    await expect.poll(shown).toBe('CN=second')
    controller.abort()
    await running
  })
})
