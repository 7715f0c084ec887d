import type { ListedModel } from '../../runtime/listed-models.ts'
import type { ModelsFormat } from './models-format.ts'

/** https://platform.openai.com/docs/api-reference/models */
export const openAiModels: ModelsFormat = {
  model: encodeModel,
  list: (models) => ({ object: 'list', data: models.map(encodeModel) }),
}

function encodeModel({ id, owner }: ListedModel): object {
  return { id, object: 'model', created: 0, owned_by: owner }
}
