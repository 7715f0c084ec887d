import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { staleMs, takeInstallLock } from './install-lock.mjs'

describe('takeInstallLock', () => {
  let folder: string
  let path: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'fairlead-install-lock-'))
    path = join(folder, 'lock')
  })
  afterEach(() => rmSync(folder, { recursive: true }))
  const notExpected = () => {
    throw new Error('it waits for nobody')
  }
  const longAgo = new Date(Date.now() - staleMs - 60_000)

  it('makes the second wait, and say so once, until the first is done', async () => {
    const first = await takeInstallLock(path, notExpected)
    let waits = 0
    const second = takeInstallLock(path, () => {
      waits += 1
      first.release()
    })
    ;(await second).release()
    expect(waits).toBe(1)
    expect(existsSync(path)).toBe(false)
  })

  it('takes over the lock of a process that is gone, one of several', async () => {
    mkdirSync(path)
    writeFileSync(join(path, 'token-of-a-dead-process'), '')
    utimesSync(path, longAgo, longAgo)
    let held = 0
    const take = async () => {
      const lock = await takeInstallLock(path, () => {})
      held += 1
      expect(held).toBe(1)
      await new Promise(setImmediate)
      held -= 1
      lock.release()
    }
    await Promise.all([take(), take(), take()])
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes over at once what a process left while it released', async () => {
    mkdirSync(path)
    const lock = await takeInstallLock(path, notExpected)
    lock.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('neither touches nor releases the lock of the process that took over', async () => {
    const paused = await takeInstallLock(path, notExpected)
    utimesSync(path, longAgo, longAgo)
    const next = await takeInstallLock(path, notExpected)
    utimesSync(path, longAgo, longAgo)
    paused.touch()
    expect(statSync(path).mtimeMs).toBe(longAgo.getTime())
    paused.release()
    expect(existsSync(path)).toBe(true)
    next.release()
    paused.touch()
    paused.release()
    expect(readdirSync(folder)).toEqual([])
  })

  it('keeps a lock that is touched', async () => {
    const lock = await takeInstallLock(path, notExpected)
    utimesSync(path, longAgo, longAgo)
    lock.touch()
    let waits = 0
    const second = takeInstallLock(path, () => {
      waits += 1
      lock.release()
    })
    ;(await second).release()
    expect(waits).toBe(1)
  })
})
