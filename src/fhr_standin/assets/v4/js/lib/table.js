// Rows of a two-column table from an object, one row for each leaf.
let Table = {
    rows: function (value, prefix) {
        if (value === null || typeof value !== "object") {
            return [[prefix, String(value)]];
        }
        let rows = [];
        for (let name of Object.keys(value)) {
            rows = rows.concat(this.rows(value[name], prefix ? prefix + "." + name : name));
        }
        return rows;
    },
    show: function (element, value) {
        let table = document.createElement("table");
        this.rows(value, "").forEach(function (row) {
            let line = table.insertRow(-1);
            line.insertCell(-1).textContent = row[0];
            line.insertCell(-1).textContent = row[1];
        });
        element.textContent = "";
        element.appendChild(table);
    }
};
