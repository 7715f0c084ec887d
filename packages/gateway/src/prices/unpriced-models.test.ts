import { expect, it, vi } from 'vitest'
import { UnpricedModels } from './unpriced-models.ts'

it('names each model once, and tells when there is another', () => {
  const changed = vi.fn()
  const models = new UnpricedModels(changed)
  models.note('default/openai', 'new')
  models.note('default/openai', 'new')
  models.note('default/azure', 'new')
  expect(models.all).toEqual([
    { provider: 'default/openai', model: 'new' },
    { provider: 'default/azure', model: 'new' },
  ])
  expect(changed).toHaveBeenCalledTimes(2)
})

it('names no more than some tens, and nothing that is no name', () => {
  const models = new UnpricedModels(() => {})
  for (const name of ['', 'a b', 'a\nb', 'x'.repeat(129)]) models.note('default/openai', name)
  expect(models.all).toEqual([])
  for (let index = 0; index < 100; index += 1) models.note('default/openai', `m-${index}`)
  expect(models.all).toHaveLength(32)
})

it('forgets a model that has a price', () => {
  const models = new UnpricedModels(() => {})
  models.note('default/openai', 'a')
  models.note('default/openai', 'b')
  models.retain((_, model) => model === 'b')
  expect(models.all).toEqual([{ provider: 'default/openai', model: 'b' }])
  models.note('default/openai', 'a')
  expect(models.all).toHaveLength(2)
})
