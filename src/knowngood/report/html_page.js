// Search in the table of claims. Without scripts the whole table stands there, and no field.
"use strict";
const search = document.getElementById("search");
const field = search.querySelector("input");
const rows = [...document.querySelectorAll("#claims tbody tr")];

function show() {
  const words = field.value.toLowerCase().split(/\s+/);
  for (const row of rows) {
    const text = row.textContent.toLowerCase();
    row.hidden = !words.every((word) => text.includes(word));
  }
  const count = rows.filter((row) => !row.hidden).length;
  search.querySelector("output").value = `${count} of ${rows.length} claims`;
}

field.addEventListener("input", show);
show();
search.hidden = false;
