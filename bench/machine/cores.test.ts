import { describe, expect, it } from 'vitest'
import { planCores, readCpuList } from './cores.ts'

const situation = (allowed: readonly number[], siblings: readonly number[] = [0]) => ({
  allowed,
  siblings,
  canPin: true,
})

describe('planCores', () => {
  it.each([
    ['two CPUs', situation([0, 1]), 1, [0], [1]],
    ['some CPUs only', situation([2, 3, 5], [2]), 1, [2], [3, 5]],
    ['hyperthreads, which are left alone', situation([0, 1, 2, 3], [0, 2]), 1, [0], [1, 3]],
    ['a wide program', situation([0, 1, 2, 3]), 2, [0, 1], [2, 3]],
  ])('shares %s', (_, given, width, measured, load) => {
    expect(planCores(given, width)).toMatchObject({ measured, load })
  })

  it('says when both sides share one core', () => {
    expect(planCores(situation([0, 1], [0, 1]))?.description).toMatch(/which share one core$/)
  })

  it('pins nothing without a CPU for the load, or without taskset', () => {
    expect(planCores(situation([0]))).toBeUndefined()
    expect(planCores(situation([0, 1]), 2)).toBeUndefined()
    expect(planCores({ ...situation([0, 1]), canPin: false })).toBeUndefined()
  })
})

describe('readCpuList', () => {
  it.each([
    ['0-1\n', [0, 1]],
    ['0-2,5', [0, 1, 2, 5]],
    ['3', [3]],
    ['', []],
  ])('reads %j', (text, expected) => {
    expect(readCpuList(text)).toEqual(expected)
  })
})
