import { Ajv2020 } from 'ajv/dist/2020.js'
import { expect, it, vi } from 'vitest'
import { ParameterSchemas } from './parameter-schemas.ts'

it('does not keep what it compiled for ever', () => {
  const instances = new Set<unknown>()
  const compile = vi.spyOn(Ajv2020.prototype, 'compile').mockImplementation(function (
    this: unknown,
  ) {
    instances.add(this)
    return undefined as never
  })
  try {
    const schemas = new ParameterSchemas()
    for (let number = 0; number < 450; number += 1) {
      expect(schemas.errorOf({ title: `schema ${number}` })).toBeUndefined()
    }
    expect(instances.size).toBe(3)
  } finally {
    compile.mockRestore()
  }
})
