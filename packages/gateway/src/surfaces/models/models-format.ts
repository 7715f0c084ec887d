import type { ListedModel } from '../../runtime/listed-models.ts'

/** How an API shows models. */
export interface ModelsFormat {
  model(model: ListedModel): object
  /** `query` may ask for a part of the list. */
  list(models: readonly ListedModel[], query: URLSearchParams): object
}
