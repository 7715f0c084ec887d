import type { ListedModel } from '../../runtime/listed-models.ts'
import type { ModelsFormat } from './models-format.ts'

/**
 * https://platform.claude.com/docs/en/api/models/list: how long a page may be. All pages are as long
 * unless fewer are asked for, so that a caller who knows nothing of pages misses nothing.
 */
const pageMax = 1000

/** Dates are not known here; the API says that an unknown one is the epoch. */
const unknownDate = '1970-01-01T00:00:00Z'

/** Anthropic's lists of models, in pages. */
export const anthropicModels: ModelsFormat = {
  model: encodeModel,
  list(models, query) {
    const limit = pageLength(query.get('limit'))
    const [after, before] = [query.get('after_id'), query.get('before_id')]
    const start = after === null ? 0 : models.findIndex(({ id }) => id === after) + 1
    const end = before === null ? models.length : endBefore(models, before)
    const rest = models.slice(start, end)
    const page = before === null ? rest.slice(0, limit) : rest.slice(-limit)
    return {
      data: page.map(encodeModel),
      has_more: page.length < rest.length,
      first_id: page[0]?.id ?? null,
      last_id: page.at(-1)?.id ?? null,
    }
  },
}

function endBefore(models: readonly ListedModel[], before: string): number {
  const place = models.findIndex(({ id }) => id === before)
  return place === -1 ? models.length : place
}

function pageLength(limit: string | null): number {
  const asked = Number(limit ?? pageMax)
  return Number.isInteger(asked) && asked > 0 ? Math.min(asked, pageMax) : pageMax
}

function encodeModel({ id }: ListedModel): object {
  return { type: 'model', id, display_name: id, created_at: unknownDate }
}
