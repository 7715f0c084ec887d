/** The fields about responses that are kept: the gateway keeps them itself, so no provider gets one. */
export const keptFields: readonly string[] = ['background', 'conversation', 'previous_response_id']
