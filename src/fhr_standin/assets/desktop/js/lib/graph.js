// Draws one bar for each month that has sessions.
var Graph = {
    names: null,
    load: function (done) {
        var lang = document.documentElement.lang;
        Request.json("js/locale/date_format.json", function (formats) {
            // Without an entry for this page's own language there is nothing to label bars with.
            if (formats && formats[lang]) {
                Graph.names = formats[lang].monthNameShort.split(",");
            }
            done();
        });
    },
    draw: function (element, counts) {
        element.textContent = "";
        if (!this.names) {
            return;
        }
        var highest = Math.max.apply(null, counts.concat([1]));
        for (var month = 0; month < 12; month += 1) {
            var bar = document.createElement("div");
            bar.className = "bar";
            bar.style.height = Math.round(100 * counts[month] / highest) + "%";
            bar.textContent = this.names[month];
            element.appendChild(bar);
        }
    }
};
