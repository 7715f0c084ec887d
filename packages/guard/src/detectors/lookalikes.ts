/** Letters of Cyrillic and Greek that look like those of Latin, and the Latin ones, in the same order. */
const alike = 'аеорсухіјѕԁһАВЕКМНОРСТХІЈЅαεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧ'
const latin = 'aeopcyxijsdhABEKMHOPCTXIJSaeikvoptuxABEZHIKMNOPTYX'

const folds = new Map(Array.from(alike, (letter, index) => [letter, latin.charAt(index)]))

const folded = new RegExp(`[${alike}\uFF01-\uFF5E\u3000]`, 'g')

/**
 * A text of the same length in which letters that look alike are the same: full-width ones, and those of
 * Cyrillic and Greek that look like Latin. What is read in it stands at the same place in the text.
 */
export function foldLookalikes(text: string): string {
  return text.replaceAll(folded, (letter) => {
    if (letter === '\u3000') return ' '
    return folds.get(letter) ?? String.fromCharCode(letter.charCodeAt(0) - 0xfee0)
  })
}
