import type { ConfigMap } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { Finalizers } from './finalizers.ts'
import type { Finalized } from './finalizers.ts'

const name = 'finalizers.sigs.k8s.io/testfinalizer'
const context = { signal: new AbortController().signal }

const living = (...finalizers: string[]): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { namespace: 'ns', name: 'a', finalizers },
})
const deleted = (...finalizers: string[]): ConfigMap => {
  const object = living(...finalizers)
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: '2026-01-01T00:00:00Z' } }
}
const succeed = async () => {}
const fail = async () => {
  throw new Error('backup is away')
}

// controller-runtime pkg/finalizer/finalizer_test.go: "Register"
describe('Register', () => {
  it('successfully registers a finalizer', () => {
    expect(() => new Finalizers().register(name, succeed)).not.toThrow()
  })

  it('should fail when trying to register a finalizer that was already registered', () => {
    const finalizers = new Finalizers().register(name, succeed)
    expect(() => finalizers.register(name, succeed)).toThrow('already registered')
  })

  it.each(['backup', 'example.com/', 'Example.com/x', `example.com/${'x'.repeat(64)}`, 'a.b/x/y'])(
    'refuses %s, as the API server would',
    (bad) => {
      expect(() => new Finalizers().register(bad, succeed)).toThrow('cannot be a finalizer')
    },
  )

  it('accepts a name of 63 characters', () => {
    expect(() => new Finalizers().register(`example.com/${'x'.repeat(63)}`, succeed)).not.toThrow()
  })
})

// controller-runtime pkg/finalizer/finalizer_test.go: "Finalize"
describe('Finalize', () => {
  it('successfully finalizes and returns true for Updated when deletion timestamp is nil and finalizer does not exist', async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, succeed)
    const { object, ...result } = await finalizers.finalize(living(), context)
    expect(result).toEqual({ updated: true, statusUpdated: false })
    expect(object.metadata.finalizers).toEqual([name])
  })

  it('changes nothing when the finalizer is there', async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, succeed)
    const before = Object.freeze(living(name))
    const result = await finalizers.finalize(before, context)
    expect(result).toEqual({ object: before, updated: false, statusUpdated: false })
    expect(result.object).toBe(before)
  })

  it('successfully finalizes and returns true for Updated when deletion timestamp is not nil and the finalizer exists', async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, succeed)
    const { object, ...result } = await finalizers.finalize(deleted(name), context)
    expect(result).toEqual({ updated: true, statusUpdated: false })
    expect(object.metadata.finalizers).toEqual([])
  })

  it("should return no error and return false for Updated when deletion timestamp is nil and finalizer doesn't exist", async () => {
    const result = await new Finalizers<ConfigMap>().finalize(living(), context)
    expect(result).toEqual({ object: living(), updated: false, statusUpdated: false })
  })

  it("should return no error and return false for Updated when deletion timestamp is not nil and the finalizer doesn't exist", async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, fail)
    const result = await finalizers.finalize(deleted('another.io/one'), context)
    expect(result).toMatchObject({ updated: false, statusUpdated: false })
    expect(result).not.toHaveProperty('error')
    expect(result.object.metadata.finalizers).toEqual(['another.io/one'])
  })

  it('successfully finalizes multiple finalizers and returns true for Updated when deletion timestamp is not nil and the finalizer exists', async () => {
    const other = 'finalizers.sigs.k8s.io/newtestfinalizer'
    const finalizers = new Finalizers<ConfigMap>().register(name, succeed).register(other, succeed)
    const { object, ...result } = await finalizers.finalize(deleted(name, other), context)
    expect(result).toEqual({ updated: true, statusUpdated: false })
    expect(object.metadata.finalizers).toEqual([])
  })

  it('should return result as false and a non-nil error', async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, fail)
    const { object, error, ...result } = await finalizers.finalize(deleted(name), context)
    expect(result).toEqual({ updated: false, statusUpdated: false })
    expect(error?.message).toBe(`finalizer ${name} failed: backup is away`)
    expect(error?.cause).toEqual(new Error('backup is away'))
    expect(object.metadata.finalizers).toEqual([name])
  })

  it('should return expected result values and error values when registering multiple finalizers', async () => {
    const [first, second, third] = ['1', '2', '3'].map((number) => `${name}${number}`) as [
      string,
      string,
      string,
    ]
    const changing = async (object: ConfigMap): Promise<Finalized<ConfigMap>> => ({
      object: { ...object, data: { left: 'nothing' } },
      updated: true,
      statusUpdated: true,
    })
    const finalizers = new Finalizers<ConfigMap>()
      .register(first, fail)
      .register(second, changing)
      .register(third, fail)
    const result = await finalizers.finalize(deleted(first, second, third), context)
    expect(result).toMatchObject({ updated: true, statusUpdated: true })
    expect(result.object.metadata.finalizers).toEqual([first, third])
    expect(result.object.data).toEqual({ left: 'nothing' })
    expect(result.error).toBeInstanceOf(AggregateError)
    expect(result.error?.message).toContain(first)
    expect(result.error?.message).toContain(third)
  })

  it('a finalizer that says nothing of a changed status leaves it unwritten', async () => {
    const finalizers = new Finalizers<ConfigMap>().register(name, async (object) => ({ object }))
    const result = await finalizers.finalize(deleted(name), context)
    expect(result).toMatchObject({ updated: true, statusUpdated: false })
  })
})
