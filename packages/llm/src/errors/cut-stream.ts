import { ModelError } from './model-error.ts'

/** A provider's stream that ended before its answer was complete. */
export function cutStream(): ModelError {
  return new ModelError(
    'upstream',
    'The provider ended its stream before the answer was complete. Send the request again.',
    { failure: 'Cut' },
  )
}
