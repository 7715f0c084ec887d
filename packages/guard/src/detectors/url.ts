import { expressionProbe, openByCharacters } from '../probe.ts'

const reach = 2048 + 16

/** Addresses of the web and of files, RFC 3986, without the punctuation of the sentence around them. */
export const url = expressionProbe(
  'URL',
  /(?<![\p{L}\p{N}])(?:(?:https?|ftp|wss?):\/\/|www\.)[^\s"<>`]{1,2048}(?<![.,:;!?'")\]}])/giu,
  { reach, openFrom: openByCharacters(/[^\s"<>`]/, reach) },
)
